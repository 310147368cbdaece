using System.Text;

namespace Quai.Compose.Interpolation;

/// <summary>Replaces <c>$NAME</c> and <c>${NAME…}</c> in texts.</summary>
/// <param name="lookup">The value of a variable; null where it is not set.</param>
/// <param name="unset">Is told of variables that are replaced by nothing because they are not set.</param>
internal sealed class Substitution(Func<string, string?> lookup, Action<string>? unset = null)
{
    private const int MostNesting = 50, LongestResult = 4 << 20;

    /// <summary>The text with all variables replaced.</summary>
    /// <exception cref="SubstitutionException">It is malformed, or a variable is missing.</exception>
    public string Apply(string text) => Apply(text, nesting: 0);

    private string Apply(string text, int nesting)
    {
        if (nesting > MostNesting)
        {
            throw new SubstitutionException(null, text);
        }

        StringBuilder result = new();
        int at = 0;
        while (TemplatePart.Next(text, ref at, result) is { } part)
        {
            result.Append(Value(part, text, nesting));
            if (result.Length > LongestResult)
            {
                throw new SubstitutionException("the value is too large", text);
            }
        }

        return result.ToString();
    }

    private string Value(TemplatePart part, string text, int nesting)
    {
        if (part.Name.Length == 0)
        {
            throw new SubstitutionException(null, text);
        }

        string? value = lookup(part.Name);
        bool counts = value is not null && !(part.EmptyIsUnset && value.Length == 0);
        switch (part.Operator)
        {
            case '-':
                return counts ? value! : Apply(part.Word, nesting + 1);
            case '+':
                return counts ? Apply(part.Word, nesting + 1) : value ?? "";
            case '?':
                if (counts)
                {
                    return value!;
                }

                string reason = Apply(part.Word, nesting + 1);
                throw new SubstitutionException($"required variable {part.Name} is missing a value{(reason.Length > 0 ? ": " + reason : "")}", text);
            default:
                if (value is null)
                {
                    unset?.Invoke(part.Name);
                }

                return value ?? "";
        }
    }
}
