namespace Quai.Errors;

/// <summary>
/// The base class of all errors that reach a user. The message is one clear sentence that names the object;
/// <see cref="Kind"/> decides the HTTP status. Libraries derive from it where a caller must tell cases apart.
/// </summary>
/// <param name="kind">The kind of failure.</param>
/// <param name="message">One sentence in Docker's wording where Docker has one.</param>
/// <param name="innerException">What caused it, if anything.</param>
public class QuaiException(ErrorKind kind, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The kind of failure.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>A malformed or impossible request.</summary>
    public static QuaiException Invalid(string message, Exception? inner = null) => new(ErrorKind.InvalidParameter, message, inner);

    /// <summary>A named object that does not exist.</summary>
    public static QuaiException NotFound(string message, Exception? inner = null) => new(ErrorKind.NotFound, message, inner);

    /// <summary>A state or name that forbids the operation.</summary>
    public static QuaiException Conflict(string message, Exception? inner = null) => new(ErrorKind.Conflict, message, inner);

    /// <summary>A failure of the underlying system.</summary>
    public static QuaiException System(string message, Exception? inner = null) => new(ErrorKind.System, message, inner);
}
