using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;

namespace Quai.Engine.Containers.Launching;

/// <summary>Namespaces that containers share with others.</summary>
internal sealed class JoinedNamespaces(ContainerRegistry registry)
{
    private const string OfNetwork = "network", OfPid = "PID", OfIpc = "IPC";

    /// <summary>The network namespace: the host's, its own, or that of another container, which must be running.</summary>
    public NamespaceChoice Network(NetworkMode mode) =>
        mode.IsHost ? NamespaceChoice.Host
        : mode.Container is { } reference ? NamespaceChoice.Of(Running(reference, OfNetwork).State.Pid, "net")
        : NamespaceChoice.Private;

    /// <summary>The process id namespace, in the same way.</summary>
    public NamespaceChoice Pid(NamespaceMode mode) =>
        mode.IsHost ? NamespaceChoice.Host
        : mode.Container is { } reference ? NamespaceChoice.Of(Running(reference, OfPid).State.Pid, "pid")
        : NamespaceChoice.Private;

    /// <summary>The IPC namespace, in the same way; another container's must be shareable.</summary>
    public NamespaceChoice Ipc(NamespaceMode mode)
    {
        if (mode.Container is not { } reference)
        {
            return mode.IsHost ? NamespaceChoice.Host : NamespaceChoice.Private;
        }

        Container other = Running(reference, OfIpc);
        return other.Spec.Namespaces.Ipc is { IsShareable: false, IsHost: false }
            ? throw QuaiException.Conflict($"can not join IPC of container {other.Id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)")
            : NamespaceChoice.Of(other.State.Pid, "ipc");
    }

    /// <summary>The container whose IPC namespace is joined; it must be running.</summary>
    public Container IpcDonor(string reference) => Running(reference, OfIpc);

    /// <summary>A container that is named by a mode and must be running.</summary>
    /// <exception cref="QuaiException">It does not exist or is not running.</exception>
    private Container Running(string reference, string what)
    {
        Container? found = registry.Find(reference);
        if (found is not { } other)
        {
            string missing = $"No such container: {reference}";
            throw what == OfNetwork ? QuaiException.System($"joining network namespace of container: {missing}") : QuaiException.Invalid($"failed to join {what} namespace: {missing}");
        }

        return other.State.Status switch
        {
            ContainerStatus.Running or ContainerStatus.Paused => other,
            ContainerStatus.Restarting => throw QuaiException.Conflict($"Container {other.Id} is restarting, wait until the container is running"),
            var status when what == OfNetwork =>
                throw QuaiException.Conflict($"cannot join network namespace of a non running container: container {other.Name} is {(status == ContainerStatus.Created ? "created" : "exited")}"),
            _ => throw QuaiException.Conflict($"failed to join {what} namespace: container {other.Id} is not running"),
        };
    }
}
