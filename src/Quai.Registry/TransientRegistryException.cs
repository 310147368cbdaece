using Quai.Errors;

namespace Quai.Registry;

/// <summary>A failure that another attempt may cure: a lost connection, too many requests, a server error.</summary>
/// <param name="message">What failed.</param>
/// <param name="retryAfter">How long the registry asks to wait; null if it does not.</param>
/// <param name="inner">The cause.</param>
/// <param name="slow">Whether the registry responds but sends too little.</param>
public sealed class TransientRegistryException(string message, TimeSpan? retryAfter = null, Exception? inner = null, bool slow = false)
    : QuaiException(ErrorKind.System, message, inner)
{
    /// <summary>Whether the registry responds but sends too little: what arrived meanwhile does not count as progress.</summary>
    public bool Slow { get; } = slow;

    /// <summary>How long the registry asks to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
