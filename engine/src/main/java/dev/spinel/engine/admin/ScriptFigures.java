package dev.spinel.engine.admin;

/**
 * What INFO tells of scripts and functions; sizes are estimates in bytes.
 *
 * @param scripts number of cached scripts
 * @param scriptBytes memory of the cached scripts
 * @param libraries number of libraries
 * @param functions number of functions in all of them
 * @param functionBytes memory of the libraries
 */
public record ScriptFigures(int scripts, long scriptBytes, int libraries, int functions, long functionBytes) {
    /** Those of a server without scripts. */
    public static final ScriptFigures NONE = new ScriptFigures(0, 0, 0, 0, 0);

    /** The sums of two. */
    public ScriptFigures plus(ScriptFigures other) {
        return new ScriptFigures(
                scripts + other.scripts,
                scriptBytes + other.scriptBytes,
                libraries + other.libraries,
                functions + other.functions,
                functionBytes + other.functionBytes);
    }
}
