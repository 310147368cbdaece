using Quai.Errors;

namespace Quai.Plugins;

/// <summary>A call that failed.</summary>
/// <param name="message">What the plugin answered, or why it did not.</param>
/// <param name="answered">Whether it is the plugin that refused; otherwise nobody knows what it did.</param>
/// <param name="innerException">What caused it, if anything.</param>
public sealed class PluginException(string message, bool answered, Exception? innerException = null) : QuaiException(ErrorKind.System, message, innerException)
{
    /// <summary>Whether it is the plugin that refused; otherwise nobody knows what it did.</summary>
    public bool Answered { get; } = answered;

    /// <summary>Whether the plugin does not know such a call (404): it is older than the call is.</summary>
    public bool IsUnknownCall { get; init; }
}
