using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;

namespace Quai.Engine.Containers.Launching;

/// <summary>Namespaces that containers share with others.</summary>
internal sealed class JoinedNamespaces(ContainerRegistry registry)
{
    private const string Network = "network";

    /// <summary>What a mode of a container's asks for: the host's namespace, one of its own, or that of another container, which must run.</summary>
    /// <param name="mode">As <c>--network</c>, <c>--pid</c> and <c>--ipc</c> have it.</param>
    /// <param name="kind"><c>net</c>, <c>pid</c> or <c>ipc</c>.</param>
    public NamespaceChoice Choose(string mode, string kind)
    {
        if (mode == "host")
        {
            return NamespaceChoice.Host;
        }

        if (NetworkMode.ContainerOf(mode) is not { } reference)
        {
            return NamespaceChoice.Private;
        }

        string what = kind switch { "net" => Network, "pid" => "PID", _ => "IPC" };
        Container other = Running(reference, what);
        return kind == "ipc" && other.HostConfig.IpcMode is not ("shareable" or "host")
            ? throw QuaiException.Conflict($"can not join IPC of container {other.Id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)")
            : NamespaceChoice.Of(other.State.Pid, kind);
    }

    /// <summary>A container that is named by a mode and must run.</summary>
    /// <exception cref="QuaiException">It does not exist or does not run.</exception>
    public Container Running(string reference, string what)
    {
        Container? found = registry.Find(reference);
        if (found is not { } other)
        {
            string missing = $"No such container: {reference}";
            throw what == Network ? QuaiException.System($"joining network namespace of container: {missing}") : QuaiException.Invalid($"failed to join {what} namespace: {missing}");
        }

        return other.State.Status switch
        {
            ContainerStatus.Running or ContainerStatus.Paused => other,
            ContainerStatus.Restarting => throw QuaiException.Conflict($"Container {other.Id} is restarting, wait until the container is running"),
            var status when what == Network =>
                throw QuaiException.Conflict($"cannot join network namespace of a non running container: container {reference} is {(status == ContainerStatus.Created ? "created" : "exited")}"),
            _ => throw QuaiException.Conflict($"failed to join {what} namespace: container {other.Id} is not running"),
        };
    }
}
