/**
 * Commands: what they are called and take ({@link dev.spinel.api.command.CommandSpec}), and how they run ({@link
 * dev.spinel.api.command.Call}). Depends on the data, error and keyspace packages of the API.
 */
@NullMarked
package dev.spinel.api.command;

import org.jspecify.annotations.NullMarked;
