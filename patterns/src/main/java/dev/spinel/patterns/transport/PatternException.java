package dev.spinel.patterns.transport;

/** Why an operation of a recipe has no result. Misconfiguration is an {@link IllegalArgumentException} at build time instead. */
public abstract sealed class PatternException extends RuntimeException
        permits PatternException.Unavailable,
                PatternException.UnknownOutcome,
                PatternException.ServerError,
                PatternException.TooLate {
    private static final long serialVersionUID = 1L;

    private PatternException(String message, Throwable cause) {
        super(message, cause);
    }

    private PatternException(String message) {
        super(message);
    }

    /** The server could not be reached or refused to work: the operation had no effect. */
    public static final class Unavailable extends PatternException {
        private static final long serialVersionUID = 1L;

        Unavailable(String operation, Throwable cause) {
            super(operation + " had no effect, the server is unavailable: " + cause.getMessage(), cause);
        }
    }

    /**
     * The reply was lost: the operation may have had its effect or not, also if the server refused it when it was tried again. Or it had its
     * effect, but too few replicas acknowledged it: a failover may undo it.
     */
    public static final class UnknownOutcome extends PatternException {
        private static final long serialVersionUID = 1L;

        UnknownOutcome(String operation, Throwable cause) {
            super(operation + " may have run or not: " + cause.getMessage(), cause);
        }

        UnknownOutcome(String operation, TransportException notAcknowledged) {
            super(operation + " ran, but a failover may undo it: " + notAcknowledged.getMessage(), notAcknowledged);
        }
    }

    /** The server answered with an error that repeating does not cure, such as a missing permission: the operation was not done. */
    public static final class ServerError extends PatternException {
        private static final long serialVersionUID = 1L;

        ServerError(String operation, String message) {
            super(operation + ": " + message);
        }
    }

    /** The server answered, but so late that its answer is of no use. What it granted is given back. */
    public static final class TooLate extends PatternException {
        private static final long serialVersionUID = 1L;

        /**
         * A failure of an operation.
         *
         * @param what took too long, and how long
         */
        public TooLate(String operation, String what) {
            super(operation + ": " + what);
        }
    }
}
