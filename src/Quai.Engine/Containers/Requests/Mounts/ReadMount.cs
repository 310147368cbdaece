using Quai.Engine.Containers.Spec;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>A mount that was read.</summary>
/// <param name="Mount">The mount; of a volume without its source.</param>
/// <param name="Volume">The volume to make or find, for a mount of one.</param>
internal readonly record struct ReadMount(ContainerMount Mount, VolumeRequest? Volume = null);
