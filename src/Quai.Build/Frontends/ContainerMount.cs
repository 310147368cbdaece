using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Frontends;

/// <summary>A mount of a container of a build.</summary>
/// <param name="Mount">Where, of which kind. Its number of an input says nothing here.</param>
/// <param name="Files">The files of a bind mount; null for none.</param>
public sealed record ContainerMount(Mount Mount, IBuildRef? Files);
