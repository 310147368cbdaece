namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>What follows the second colon of <c>-v a:b:ro,z</c>, and the only one of <c>--volumes-from</c>.</summary>
/// <param name="ReadOnly">Whether it cannot be written to.</param>
/// <param name="NoCopy">Whether a volume is not filled.</param>
/// <param name="Propagation">How mounts propagate; null if not given.</param>
internal readonly record struct BindMode(bool ReadOnly, bool NoCopy, string? Propagation)
{
    /// <summary>Reads it; null if a word is unknown, or said twice.</summary>
    public static BindMode? TryParse(string mode)
    {
        var result = new BindMode(false, false, null);
        var seen = (Write: 0, Label: 0, Propagation: 0, Copy: 0, Consistency: 0);
        foreach (string part in mode.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (part)
            {
                case "ro" or "rw":
                    result = result with { ReadOnly = part == "ro" };
                    seen.Write++;
                    break;
                case "z" or "Z":
                    seen.Label++;
                    break;
                case "nocopy":
                    result = result with { NoCopy = true };
                    seen.Copy++;
                    break;
                case "consistent" or "cached" or "delegated" or "default":
                    seen.Consistency++;
                    break;
                default:
                    if (!MountPaths.IsPropagation(part))
                    {
                        return null;
                    }

                    result = result with { Propagation = part };
                    seen.Propagation++;
                    break;
            }
        }

        return seen is { Write: < 2, Label: < 2, Propagation: < 2, Copy: < 2, Consistency: < 2 } ? result : null;
    }
}
