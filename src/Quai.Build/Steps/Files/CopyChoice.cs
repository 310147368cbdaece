namespace Quai.Build.Steps.Files;

/// <summary>What becomes of an entry that a copy comes upon.</summary>
internal enum CopyChoice
{
    /// <summary>It is copied.</summary>
    Taken,

    /// <summary>It is not, nor is anything in it.</summary>
    LeftOut,

    /// <summary>It is a directory that is copied only if something in it is.</summary>
    Passed,
}
