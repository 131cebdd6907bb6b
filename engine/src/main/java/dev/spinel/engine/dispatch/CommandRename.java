package dev.spinel.engine.dispatch;

/**
 * Another name for a built-in command ({@code rename-command}).
 *
 * @param name the name that the command has, in any case
 * @param newName the name that it gets instead; empty to have no such command
 * @param origin where it is asked for, for messages
 */
public record CommandRename(String name, String newName, String origin) {}
