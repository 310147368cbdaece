namespace Quai.BuildClient.Sessions;

/// <summary>An agent of ssh whose keys a build may use, without seeing them.</summary>
/// <param name="Id">The name by which the build asks for it.</param>
/// <param name="SocketPath">The agent's socket.</param>
public sealed record AgentSource(string Id, string SocketPath);
