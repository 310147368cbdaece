using Quai.BuildClient.Sessions;
using Quai.Cli.CommandLine;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Cli.Builds.Options;

/// <summary>One value of <c>--ssh</c>: <c>default</c>, or <c>id=/path/of/agent.sock</c>.</summary>
internal static class AgentOption
{
    /// <summary>Reads a value.</summary>
    /// <exception cref="ExitException">There is no such agent.</exception>
    public static AgentSource Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? Resolve(text, []) : Resolve(text[..equals], text[(equals + 1)..].Split(','));
    }

    /// <summary>The agent of a socket; where none is said, the environment's.</summary>
    /// <exception cref="ExitException">There is no such agent.</exception>
    public static AgentSource Resolve(string id, IReadOnlyList<string> paths)
    {
        string shown = $"{{{id} [{string.Join(' ', paths)}] false}}";
        if (paths.Count == 0)
        {
            return Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { Length: > 0 } socket
                ? new AgentSource(id, socket)
                : throw new ExitException(1, $"ERROR: failed to build: failed to convert agent config {shown}: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set");
        }

        foreach (string path in paths)
        {
            NodeStatus status = NodeStatusReader.TryRead(path)
                ?? throw new ExitException(1, $"ERROR: failed to build: failed to convert agent config {shown}: failed to convert agent config for ID: \"{id}\": stat {path}: no such file or directory");
            if (paths.Count > 1 || (status.Mode & FileCalls.S_IFMT) != FileCalls.S_IFSOCK)
            {
                throw new ExitException(1, $"ERROR: failed to build: {path} is a key and not the socket of an agent: add it to an agent with ssh-add, and name the agent's socket");
            }
        }

        return new AgentSource(id, paths[0]);
    }
}
