namespace Quai.Engine.Containers.Files;

/// <summary>What a view is for.</summary>
internal enum ViewKind
{
    /// <summary>To copy out, with volumes and binds.</summary>
    Read,

    /// <summary>To copy in, with volumes and binds.</summary>
    Write,

    /// <summary>To read the root alone.</summary>
    RootOnly,
}
