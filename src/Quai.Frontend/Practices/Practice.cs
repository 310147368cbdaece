namespace Quai.Frontend.Practices;

/// <summary>Something that experience teaches of Dockerfiles. Unlike a check, it is told only to those who ask, and never fails a build.</summary>
/// <param name="Name">Its name, by which a file can turn it off: <c># check=skip=NAME</c>.</param>
/// <param name="Summary">What to do, in a few words.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record Practice(string Name, string Summary, string Reason)
{
    /// <summary>Whether it is only a hint: there are good reasons not to follow it.</summary>
    public bool IsHint { get; init; }

    /// <summary>Where more is written: a place in Quai's documentation.</summary>
    public string Url => "docs/lint.md#" + Name.ToLowerInvariant();
}
