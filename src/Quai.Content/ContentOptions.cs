namespace Quai.Content;

/// <summary>How content is kept.</summary>
public sealed record ContentOptions
{
    /// <summary>How many layers may be unpacked at once.</summary>
    public int MaxConcurrentUnpacks { get; init; } = 2;

    /// <summary>Whether unpacked layers are synced to disk before they count as present, so that a power cut cannot leave a broken one.</summary>
    public bool SyncLayers { get; init; } = true;
}
