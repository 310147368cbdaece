namespace Quai.Client;

/// <summary>The daemon refused a request.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="reason">The daemon's sentence.</param>
/// <param name="introduction">What the message says before it; nothing where it is the client that refuses in the daemon's place.</param>
public sealed class DaemonException(int status, string reason, string introduction = "Error response from daemon: ") : Exception(introduction + reason)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The daemon's sentence alone.</summary>
    public string Reason { get; } = reason;
}
