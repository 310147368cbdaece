using System.Collections.Immutable;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Images;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests;

/// <summary>A container as a request wants it, complete and checked.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Spec">What it is to be; mounts of volumes have no source yet.</param>
/// <param name="Attachments">The networks it is on.</param>
/// <param name="Volumes">The volumes to make or find, by their mounts' destinations.</param>
/// <param name="Warnings">What the client is told.</param>
internal sealed record NewContainer(
    Image Image, ContainerSpec Spec, ImmutableArray<NetworkAttachment> Attachments, IReadOnlyDictionary<string, VolumeRequest> Volumes, List<string> Warnings);
