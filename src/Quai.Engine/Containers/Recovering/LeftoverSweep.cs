using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Runtime;

namespace Quai.Engine.Containers.Recovering;

/// <summary>Removes leftovers on disk, in the kernel and in the stores whose container no longer runs or exists.</summary>
internal sealed class LeftoverSweep(EngineOptions options, EnginePaths paths, ContainerRegistry registry, Launcher launcher, IContainerRuntime runtime, EngineStores stores)
{
    /// <summary>Sweeps.</summary>
    /// <param name="ids">All containers.</param>
    /// <param name="running">The running ones.</param>
    /// <param name="cancellation">Leaves the rest to the next start.</param>
    public async Task RunAsync(HashSet<string> ids, HashSet<string> running, CancellationToken cancellation)
    {
        launcher.SharedMemory.Sweep(running.Contains);
        foreach (string directory in Directory.GetDirectories(paths.Runs))
        {
            string id = Path.GetFileName(directory);
            if (!running.Contains(id))
            {
                string cgroups = registry.Find(id) is { } known ? launcher.CgroupsPath(known) : CgroupParents.PathOf(options.CgroupParent, id);
                await runtime.CleanUpAsync(directory, cgroups, cancellation).ConfigureAwait(false);
            }
        }

        foreach (string directory in Directory.GetDirectories(paths.Containers))
        {
            if (!ids.Contains(Path.GetFileName(directory)))
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        await stores.Networks.RecoverAsync(running, cancellation).ConfigureAwait(false);
        await stores.Images.RecoverAsync(WithImageMounts(ids), cancellation).ConfigureAwait(false);
        await stores.Volumes.RecoverAsync(ids, running).ConfigureAwait(false);
    }

    private HashSet<string> WithImageMounts(HashSet<string> ids) =>
        [.. ids, .. registry.All().SelectMany(c => c.Spec.Mounts.Where(m => m.ImageId is not null).Select(m => m.SnapshotKey(c.Id)))];
}
