using Quai.Engine.Containers.Spec;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>A parsed mount.</summary>
/// <param name="Mount">The mount; without a source if it is of a volume.</param>
/// <param name="Volume">The volume to create or find, for a volume mount.</param>
internal readonly record struct ReadMount(ContainerMount Mount, VolumeRequest? Volume = null);
