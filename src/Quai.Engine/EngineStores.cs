using Quai.Images;
using Quai.Networks;
using Quai.Volumes;

namespace Quai.Engine;

/// <summary>What containers are created from and connected to.</summary>
/// <param name="Images">Images and the containers' writable layers.</param>
/// <param name="Networks">Networks and endpoints.</param>
/// <param name="Volumes">Volumes.</param>
internal sealed record EngineStores(IImageStore Images, INetworkService Networks, VolumeStore Volumes);
