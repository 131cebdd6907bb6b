/**
 * RESP over sockets: listeners and connections on Netty, driven by the engine's thread, with further threads for input and
 * output if wanted. Depends on the codec, the engine's ports {@code client} and {@code loop}, and Netty.
 */
@NullMarked
package dev.spinel.resp.transport;

import org.jspecify.annotations.NullMarked;
