using Quai.Compose.Yaml;

namespace Quai.Compose.Interpolation;

/// <summary>Replaces variables in all values of a tree, and makes numbers and truth values of those that are to be.</summary>
/// <param name="substitution">Replaces them.</param>
/// <param name="warnings">What is odd but not wrong.</param>
/// <param name="faults">What is wrong.</param>
internal sealed class TreeInterpolation(Substitution substitution, ICollection<string> warnings, FaultList faults)
{
    /// <summary>The tree with all values replaced.</summary>
    public ComposeNode Apply(ComposeNode node, NodePath path)
    {
        switch (node)
        {
            case ComposeScalar { Kind: ScalarKind.Text } scalar:
                return Replace(scalar, path);
            case ComposeSequence sequence:
                for (int i = 0; i < sequence.List.Count; i++)
                {
                    sequence.List[i] = Apply(sequence.List[i], path.Element(i));
                }

                return sequence;
            case ComposeMapping mapping:
                foreach (string key in mapping.Keys)
                {
                    mapping[key] = Apply(mapping[key]!, path.Key(key));
                }

                return mapping;
            default:
                return node;
        }
    }

    private ComposeScalar Replace(ComposeScalar scalar, NodePath path)
    {
        try
        {
            string text = scalar.Text.Contains('$', StringComparison.Ordinal) ? substitution.Apply(scalar.Text) : scalar.Text;
            return ValueCast.Find(path) is { } cast ? Cast(text, cast, scalar, path) : ComposeScalar.Of(text, scalar.Place);
        }
        catch (SubstitutionException e)
        {
            faults.Add(path, scalar, e.Reason is null
                ? $"invalid interpolation format for {path}.\nYou may need to escape any $ with another $.\n{scalar.Text}"
                : $"error while interpolating {path}: {e.Reason}");
            return scalar;
        }
    }

    private ComposeScalar Cast(string text, CastKind cast, ComposeScalar scalar, NodePath path)
    {
        if (ValueCast.Apply(text, cast, scalar.Place, out string? warning) is { } value)
        {
            if (warning is not null)
            {
                warnings.Add(warning);
            }

            return value;
        }

        string expected = cast switch
        {
            CastKind.Boolean => "a boolean",
            CastKind.Integer => "an integer",
            _ => "a number",
        };
        faults.Add(path, scalar.Place, text, $"error while interpolating {path}: failed to cast to expected type: {(cast == CastKind.Boolean ? "invalid boolean: " + text : $"\"{text}\" is not {expected}")}", expected);
        return scalar;
    }
}
