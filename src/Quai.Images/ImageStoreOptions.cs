using Quai.Content;
using Quai.Content.Collecting;
using Quai.Registry;

namespace Quai.Images;

/// <summary>How the image store behaves; the defaults are Docker's.</summary>
public sealed record ImageStoreOptions
{
    /// <summary>How to talk to registries.</summary>
    public RegistryOptions Registries { get; init; } = new();

    /// <summary>How blobs and layers are kept.</summary>
    public ContentOptions Content { get; init; } = new();

    /// <summary>Other parts that own blobs and layers of the same store, such as the cache of builds.</summary>
    public IReadOnlyList<IContentOwner> OtherOwners { get; init; } = [];

    /// <summary>How many layers may be downloaded at once.</summary>
    public int MaxConcurrentDownloads { get; init; } = 3;

    /// <summary>How many layers may be uploaded at once.</summary>
    public int MaxConcurrentUploads { get; init; } = 5;

    /// <summary>How long a failed or interrupted pull's downloads are kept for another attempt.</summary>
    public TimeSpan UnfinishedLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The policy that says which images may be pulled and run; without the file, all may.</summary>
    public string PolicyFile { get; init; } = "/etc/quai/policy.json";

    /// <summary>The clock for images made here and for retries.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
