using Quai.Errors;

namespace Quai.Registry;

/// <summary>A failure that another try may cure: a cut connection, too many requests, a server's own trouble.</summary>
/// <param name="message">What failed.</param>
/// <param name="retryAfter">How long the registry asks to wait; null when it does not.</param>
/// <param name="inner">What made it fail.</param>
/// <param name="slow">Whether the registry is there but sends too little.</param>
public sealed class TransientRegistryException(string message, TimeSpan? retryAfter = null, Exception? inner = null, bool slow = false)
    : QuaiException(ErrorKind.System, message, inner)
{
    /// <summary>Whether the registry is there but sends too little: what came meanwhile is no progress.</summary>
    public bool Slow { get; } = slow;

    /// <summary>How long the registry asks to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
