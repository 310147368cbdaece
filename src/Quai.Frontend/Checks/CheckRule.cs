namespace Quai.Frontend.Checks;

/// <summary>A check of Dockerfiles.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is about, in a sentence.</param>
/// <param name="Page">The last part of the address where more is written; empty for none.</param>
internal sealed record CheckRule(string Name, string Description, string Page)
{
    /// <summary>Whether it is done only where somebody asks for it.</summary>
    public bool IsExperimental { get; init; }

    /// <summary>Where more is written; empty for nowhere.</summary>
    public string Url => Page.Length > 0 ? $"https://docs.docker.com/go/dockerfile/rule/{Page}/" : "";
}
