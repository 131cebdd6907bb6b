package dev.spinel.engine.admin;

/**
 * What INFO tells of scripts and functions; sizes are estimates in bytes.
 *
 * @param scripts number of cached scripts
 * @param scriptBytes memory of the cached scripts
 * @param scriptVmBytes memory of what scripts were compiled to, and of the libraries that they find
 * @param libraries number of libraries
 * @param functions number of functions in all of them
 * @param functionBytes memory of the libraries
 * @param functionVmBytes memory of what the libraries were compiled to, and of what they find
 */
public record ScriptFigures(
        int scripts,
        long scriptBytes,
        long scriptVmBytes,
        int libraries,
        int functions,
        long functionBytes,
        long functionVmBytes) {
    /** Those of a server without scripts. */
    public static final ScriptFigures NONE = new ScriptFigures(0, 0, 0, 0, 0, 0, 0);

    /** The sums of two. */
    public ScriptFigures plus(ScriptFigures other) {
        return new ScriptFigures(
                scripts + other.scripts,
                scriptBytes + other.scriptBytes,
                scriptVmBytes + other.scriptVmBytes,
                libraries + other.libraries,
                functions + other.functions,
                functionBytes + other.functionBytes,
                functionVmBytes + other.functionVmBytes);
    }
}
