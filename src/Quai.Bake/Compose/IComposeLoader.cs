namespace Quai.Bake.Compose;

/// <summary>Loads compose files. All that bake knows of them goes through here, so that another loader can take this one's place.</summary>
internal interface IComposeLoader
{
    /// <summary>Loads files, each upon the ones before.</summary>
    /// <exception cref="BakeException">They are no compose files.</exception>
    ComposeProject Load(IReadOnlyList<BakeFile> files);
}
