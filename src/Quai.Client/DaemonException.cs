namespace Quai.Client;

/// <summary>The daemon refused a request.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="reason">The daemon's message.</param>
/// <param name="introduction">The message's prefix; empty if the client refuses in the daemon's place.</param>
public sealed class DaemonException(int status, string reason, string introduction = "Error response from daemon: ") : Exception(introduction + reason)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The daemon's message alone.</summary>
    public string Reason { get; } = reason;
}
