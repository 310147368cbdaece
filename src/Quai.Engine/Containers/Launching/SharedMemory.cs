using Quai.Engine.Containers.State;
using Quai.Linux.Mounts;

namespace Quai.Engine.Containers.Launching;

/// <summary>The <c>/dev/shm</c> of containers that let others join them.</summary>
internal sealed class SharedMemory(EnginePaths paths, JoinedNamespaces namespaces)
{
    /// <summary>The folder that a container shows as its <c>/dev/shm</c>, newly mounted if it is the container's own to share; null for one that nobody else sees.</summary>
    public string? Prepare(Container container)
    {
        if (container.Spec.Namespaces.Ipc.Container is { } reference)
        {
            Container donor = namespaces.IpcDonor(reference);
            return donor.Spec.Namespaces.Ipc.IsHost ? "/dev/shm" : Path.Combine(paths.SharedMemory, donor.Id);
        }

        if (!container.Spec.Namespaces.Ipc.IsShareable)
        {
            return null;
        }

        string path = Path.Combine(paths.SharedMemory, container.Id);
        Drop(container.Id);
        Directory.CreateDirectory(path);
        HostMount.Mount("shm", path, "tmpfs", HostMount.MS_NOSUID | HostMount.MS_NODEV | HostMount.MS_NOEXEC, $"mode=1777,size={container.Spec.SharedMemorySize}");

        return path;
    }

    /// <summary>Unmounts what a container shares. Idempotent.</summary>
    public void Release(Container container)
    {
        if (container.Spec.Namespaces.Ipc.IsShareable)
        {
            Drop(container.Id);
        }
    }

    /// <summary>Unmounts shared memory that a crash left; <paramref name="keep"/> says which ids still use theirs.</summary>
    public void Sweep(Func<string, bool> keep)
    {
        string folder = paths.SharedMemory;
        foreach (string path in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            if (!keep(Path.GetFileName(path)))
            {
                Drop(Path.GetFileName(path));
            }
        }
    }

    private void Drop(string id)
    {
        string path = Path.Combine(paths.SharedMemory, id);
        HostMount.Unmount(path);
        if (Directory.Exists(path))
        {
            Directory.Delete(path);
        }
    }
}
