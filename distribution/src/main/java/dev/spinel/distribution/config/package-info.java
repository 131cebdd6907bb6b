/**
 * Where the configuration of a server comes from: YAML, redis.conf, standard input and the command line, and the way back
 * by CONFIG REWRITE. Depends on the engine's registry of directives and, for YAML, on SnakeYAML.
 */
@NullMarked
package dev.spinel.distribution.config;

import org.jspecify.annotations.NullMarked;
