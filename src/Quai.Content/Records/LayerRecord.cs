namespace Quai.Content.Records;

/// <summary>The record of an unpacked layer.</summary>
/// <param name="Number">Its snapshot's number.</param>
/// <param name="ChainId">Digest of it and all below it.</param>
/// <param name="Size">Bytes of its files.</param>
public readonly record struct LayerRecord(long Number, string ChainId, long Size)
{
    /// <summary>Where its files are, relative to the folder of all snapshots.</summary>
    public string Directory => $"{Number}/fs";
}
