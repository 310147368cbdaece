using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Functions that put values into text.</summary>
internal static class FormatFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("format", "format:string ...args:any?", a => Value.String(new Formatter(a[0].AsString, a[1..]).Format()));
        table.Add("formatlist", "format:string ...args:any?", FormatList);
    }

    private static Value FormatList(Value[] a)
    {
        int? length = null;
        for (int i = 1; i < a.Length; i++)
        {
            if (a[i].IsNull || !a[i].Type.IsSequence)
            {
                continue;
            }

            if (length is { } before && before != a[i].Count)
            {
                throw new FunctionException($"argument {i} has length {a[i].Count}, which is inconsistent with argument {Array.FindIndex(a, 1, one => !one.IsNull && one.Type.IsSequence)} of length {before}", i);
            }

            length = a[i].Count;
        }

        // Without a list the values are formatted once.
        IEnumerable<string> lines = Enumerable.Range(0, length ?? 1).Select(row =>
            new Formatter(a[0].AsString, [.. a.Skip(1).Select(value => !value.IsNull && value.Type.IsSequence ? value.Items[row] : value)]).Format());
        return Value.List([.. lines]);
    }
}
