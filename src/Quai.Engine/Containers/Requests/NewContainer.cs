using System.Collections.Immutable;
using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Images;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests;

/// <summary>A container as a request wants it, complete and checked.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Config">What runs in it.</param>
/// <param name="HostConfig">How it is run.</param>
/// <param name="Attachments">The networks it is on.</param>
/// <param name="Mounts">Its mounts; those of volumes have no source yet.</param>
/// <param name="Volumes">The volumes to make or find, by their mounts' destinations.</param>
/// <param name="Warnings">What the client is told.</param>
internal sealed record NewContainer(
    Image Image, ContainerConfig Config, HostConfig HostConfig, ImmutableArray<NetworkAttachment> Attachments, List<ContainerMount> Mounts, IReadOnlyDictionary<string, VolumeRequest> Volumes, List<string> Warnings);
