using Quai.BuildClient.Agents;

namespace Quai.BuildClient.Sessions;

/// <summary>An agent of ssh whose keys a build may use, without seeing them.</summary>
/// <param name="Id">The name by which the build asks for it.</param>
/// <param name="SocketPath">The agent's socket; empty where it is one of this client's own.</param>
public sealed record AgentSource(string Id, string SocketPath)
{
    /// <summary>The agent, where it is this client's own; null for another program's.</summary>
    public KeyAgent? Own { get; init; }

    /// <summary>The files whose keys it holds, where it is this client's own.</summary>
    public IReadOnlyList<string> KeyPaths { get; init; } = [];
}
