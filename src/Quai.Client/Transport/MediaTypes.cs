namespace Quai.Client.Transport;

/// <summary>Media types of bodies.</summary>
internal static class MediaTypes
{
    /// <summary>A document.</summary>
    public const string Json = "application/json";

    /// <summary>An archive.</summary>
    public const string Tar = "application/x-tar";
}
