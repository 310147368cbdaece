using Quai.Api.System;
using Quai.Build.Caching;
using Quai.BuildKit;
using Quai.Daemon.Builds;
using Quai.Daemon.Configuration;
using Quai.Engine.Containers;
using Quai.Engine.Events;
using Quai.Engine.Execs;
using Quai.Images;
using Quai.Networks;
using Quai.Volumes;

namespace Quai.Daemon;

/// <summary>Everything that the routes use.</summary>
/// <param name="Containers">Containers.</param>
/// <param name="Files">Containers' files.</param>
/// <param name="Execs">Further processes in them.</param>
/// <param name="Events">The event stream.</param>
/// <param name="Images">Images.</param>
/// <param name="Registries">Where images come from and go to.</param>
/// <param name="Signatures">Their signatures.</param>
/// <param name="Networks">Networks.</param>
/// <param name="Volumes">Volumes.</param>
/// <param name="Info">Information about the engine.</param>
/// <param name="Configuration">The current configuration: parts of it change when the daemon is told to reload it.</param>
/// <param name="Builds">Building; null where it is not available.</param>
/// <param name="ClassicBuild">Building by one request; null where it is not available.</param>
/// <param name="BuildCache">What builds have left; null where there are none.</param>
internal sealed record Backend(
    IContainers Containers,
    IContainerFiles Files,
    IExecs Execs,
    IEvents Events,
    IImageStore Images,
    IRegistries Registries,
    ISignatures Signatures,
    INetworkService Networks,
    VolumeStore Volumes,
    Func<SystemInfo> Info,
    Func<DaemonConfiguration> Configuration,
    BuildKitService? Builds = null,
    ClassicBuild? ClassicBuild = null,
    IBuildCache? BuildCache = null);
