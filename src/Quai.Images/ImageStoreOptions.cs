using Quai.Content;
using Quai.Registry;

namespace Quai.Images;

/// <summary>How the image store behaves; the defaults are Docker's.</summary>
public sealed record ImageStoreOptions
{
    /// <summary>How registries are spoken to.</summary>
    public RegistryOptions Registries { get; init; } = new();

    /// <summary>How blobs and layers are kept.</summary>
    public ContentOptions Content { get; init; } = new();

    /// <summary>Layers downloaded at once.</summary>
    public int MaxConcurrentDownloads { get; init; } = 3;

    /// <summary>Layers uploaded at once.</summary>
    public int MaxConcurrentUploads { get; init; } = 5;

    /// <summary>How long what a failed or cut pull downloaded waits for another try.</summary>
    public TimeSpan UnfinishedLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The policy that says which images may be pulled and run; where the file is not there, all may.</summary>
    public string PolicyFile { get; init; } = "/etc/quai/policy.json";

    /// <summary>Where the time of images made here and of retries comes from.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
