namespace Quai.Compose.Publishing;

/// <summary>What a file of a published project is.</summary>
public enum PublishedFileKind
{
    /// <summary>One of the project's files, over which the next one is merged.</summary>
    Project,

    /// <summary>A file whose services others extend.</summary>
    Extended,

    /// <summary>A file of variables.</summary>
    Variables,
}
