namespace Quai.EndToEnd.Tests.Compose.Applications;

/// <summary>
/// What is asked of one of the applications in <c>tests/Corpus/applications</c>. Questions are scripts for <c>sh</c> in the project's folder: <c>get PATH</c> and <c>post PATH [DATA]</c> ask its published port,
/// <c>compose …</c> is <c>quai compose</c>. They are asked again until the answer is right.
/// </summary>
internal sealed record Application(string Name)
{
    /// <summary>What stands before the command: <c>-f</c>, <c>--profile</c>.</summary>
    public string Options { get; init; } = "";

    /// <summary>The containers that there are after <c>up</c>.</summary>
    public required string Containers { get; init; }

    /// <summary>Makes data.</summary>
    public required string Write { get; init; }

    /// <summary>Shows it, and what is in the answer then.</summary>
    public required Question Kept { get; init; }

    /// <summary>What else shows that the application works.</summary>
    public Question[] Proofs { get; init; } = [];

    /// <summary>A change of the files, and what is made anew by it.</summary>
    public required Change Change { get; init; }

    /// <summary>A service and how many containers of it there shall be.</summary>
    public (string Service, int Count)? Scale { get; init; }

    /// <summary>What must be there before, and goes after the project has gone.</summary>
    public (string Before, string After) Surroundings { get; init; } = ("", "");

    /// <summary>Whether all addresses of its networks are said by the files, so that they can be compared.</summary>
    public bool HasFixedSubnets { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
