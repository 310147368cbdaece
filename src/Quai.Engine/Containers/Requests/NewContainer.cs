using System.Collections.Immutable;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Images;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests;

/// <summary>A requested container, complete and validated.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Spec">Its specification; volume mounts have no source yet.</param>
/// <param name="Attachments">The networks it is on.</param>
/// <param name="Volumes">The volumes to create or find, by their mounts' destinations.</param>
/// <param name="Warnings">Warnings for the client.</param>
internal sealed record NewContainer(
    Image Image, ContainerSpec Spec, ImmutableArray<NetworkAttachment> Attachments, IReadOnlyDictionary<string, VolumeRequest> Volumes, List<string> Warnings);
