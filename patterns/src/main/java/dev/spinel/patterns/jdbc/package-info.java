/**
 * What recipes that guard transactions of a SQL database have in common; applications use {@code JdbcFence} and {@code JdbcInbox}. Depends
 * on JDBC only.
 */
@NullMarked
package dev.spinel.patterns.jdbc;

import org.jspecify.annotations.NullMarked;
