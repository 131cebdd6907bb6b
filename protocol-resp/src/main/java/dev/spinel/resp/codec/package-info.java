/**
 * RESP2 and RESP3 as bytes: the decoder of requests and the writer of replies. Depends on {@code dev.spinel.api} only; no
 * sockets, no engine.
 */
@NullMarked
package dev.spinel.resp.codec;

import org.jspecify.annotations.NullMarked;
