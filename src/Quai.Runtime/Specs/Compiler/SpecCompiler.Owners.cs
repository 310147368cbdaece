using System.Globalization;
using System.Text;
using Quai.Errors;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Plans;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>
/// Binds that the config gives maps of owners. Only the file system's own user namespace may map its owners, so whoever clones does it, before there is a container;
/// the child mounts what it is given.
/// </content>
public sealed partial class SpecCompiler
{
    private const int MaxMappedMounts = 16;

    private readonly Dictionary<Mount, int> _mapped = [];

    private void OpenMappedSources()
    {
        Dictionary<string, int> namespaces = [];
        foreach (Mount mount in _spec.Mounts ?? [])
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            if (!options.MapsOwners && mount.UidMappings is not { Count: > 0 })
            {
                continue;
            }

            if (_mapped.Count == MaxMappedMounts)
            {
                throw QuaiException.Invalid($"a container may have no more than {MaxMappedMounts} mounts with maps of owners");
            }

            int owners = OwnersOf(mount, namespaces);
            int tree = _plan.NewSlot();
            Parent($"bind {mount.Source}", Step.Call(Nr.OpenTree, AT_FDCWD, _plan.Text(mount.Source!), FlagsOfTree(options)).Into(tree));
            Parent($"map the owners of {mount.Source} (not every file system can)", Step.Of(PlanOperation.MapOwners, Argument.Slot(tree), Argument.Slot(owners), options.MapsAll ? 1 : 0));
            _mapped.Add(mount, tree);
        }
    }

    /// <summary>The user namespace for a mount: of its own maps, or else the container's.</summary>
    private int OwnersOf(Mount mount, Dictionary<string, int> namespaces)
    {
        if (mount.UidMappings is not { Count: > 0 } && (_newNamespaces & CloneFlags.CLONE_NEWUSER) == 0)
        {
            return _joined.First(joined => joined.Flag == CloneFlags.CLONE_NEWUSER).Slot;
        }

        (List<IdMapping>? uids, List<IdMapping>? gids) = mount.UidMappings is { Count: > 0 } ? (mount.UidMappings, mount.GidMappings) : (_linux.UidMappings, _linux.GidMappings);
        (string uidMap, string gidMap) = (MapText(uids), MapText(gids));
        if (namespaces.TryGetValue(uidMap + ":" + gidMap, out int slot))
        {
            return slot;
        }

        slot = _plan.NewSlot();
        Parent("make a user namespace for owners of files", Step.Of(
            PlanOperation.OwnersNamespace, _plan.Text(uidMap), Encoding.UTF8.GetByteCount(uidMap), _plan.Text(gidMap), Encoding.UTF8.GetByteCount(gidMap)).Into(slot));
        namespaces.Add(uidMap + ":" + gidMap, slot);
        return slot;
    }

    private static string MapText(List<IdMapping>? mappings) =>
        string.Concat((mappings ?? []).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.ContainerId} {m.HostId} {m.Size}\n")));
}
