using Quai.BuildClient.Agents;
using Quai.BuildClient.Sessions;
using Quai.Cli.CommandLine;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Cli.Builds.Options;

/// <summary>One value of <c>--ssh</c>: <c>default</c>, <c>id=/path/of/agent.sock</c>, or <c>id=key,key</c>.</summary>
internal static class AgentOption
{
    /// <summary>Reads a value.</summary>
    /// <exception cref="ExitException">There is no such agent.</exception>
    public static AgentSource Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? Resolve(text, []) : Resolve(text[..equals], text[(equals + 1)..].Split(','));
    }

    /// <summary>The agent of a socket, or one that holds the keys of files; where nothing is said, the environment's.</summary>
    /// <exception cref="ExitException">There is no such agent, or a file is no key.</exception>
    public static AgentSource Resolve(string id, IReadOnlyList<string> paths)
    {
        string failed = $"ERROR: failed to build: failed to convert agent config {{{id} [{string.Join(' ', paths)}] false}}: ";
        if (paths.Count == 0)
        {
            return Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { Length: > 0 } socket
                ? new AgentSource(id, socket)
                : throw new ExitException(1, failed + "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set");
        }

        string inner = $"failed to convert agent config for ID: \"{id}\": ";
        string[] sockets = [.. paths.Where(p => IsSocket(p) ?? throw new ExitException(1, $"{failed}{inner}stat {p}: no such file or directory"))];
        if (sockets.Length > 0)
        {
            return paths.Count == 1 ? new AgentSource(id, paths[0]) : throw new ExitException(1, $"{failed}{inner}{(sockets.Length > 1 ? "only single socket allowed" : "invalid combination of keys and sockets")}");
        }

        try
        {
            return new AgentSource(id, "") { Own = KeyAgent.Load(paths), KeyPaths = paths };
        }
        catch (QuaiException e)
        {
            throw new ExitException(1, failed + inner + e.Message);
        }
    }

    private static bool? IsSocket(string path)
    {
        NodeStatus? status = NodeStatusReader.TryRead(path);
        if (status is { IsLink: true })
        {
            status = File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? NodeStatusReader.TryRead(target.FullName) : null;
        }

        return status is { } found ? (found.Mode & FileCalls.S_IFMT) == FileCalls.S_IFSOCK : null;
    }
}
