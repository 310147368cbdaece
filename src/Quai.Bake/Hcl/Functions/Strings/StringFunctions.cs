using System.Globalization;
using System.Text;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Functions of text.</summary>
internal static class StringFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("upper", "str:string", a => Value.String(a[0].AsString.ToUpperInvariant()));
        table.Add("lower", "str:string", a => Value.String(a[0].AsString.ToLowerInvariant()));
        table.Add("title", "str:string", a => Value.String(Title(a[0].AsString)));
        table.Add("reverse", "str:string", a => Value.String(string.Concat(Enumerable.Reverse(Characters(a[0].AsString)))));
        table.Add("strlen", "str:string", a => Value.Number(Characters(a[0].AsString).Count));
        table.Add("substr", "str:string offset:number length:number", Substring);
        table.Add("join", "separator:string ...lists:strings", Join);
        table.Add("split", "separator:string str:string", Split);
        table.Add("sort", "list:strings", a => Sort(a[0]));
        table.Add("chomp", "str:string", a => Value.String(a[0].AsString.TrimEnd('\r', '\n')));
        table.Add("indent", "spaces:number str:string", a => Value.String(a[1].AsString.Replace("\n", "\n" + new string(' ', Spaces(a[0])), StringComparison.Ordinal)));
        table.Add("trimspace", "str:string", a => Value.String(a[0].AsString.Trim()));
        table.Add("trim", "str:string cutset:string", a => Value.String(Trim(a[0].AsString, a[1].AsString)));
        table.Add("trimprefix", "str:string prefix:string", a => Value.String(a[0].AsString.StartsWith(a[1].AsString, StringComparison.Ordinal) ? a[0].AsString[a[1].AsString.Length..] : a[0].AsString));
        table.Add("trimsuffix", "str:string suffix:string", a => Value.String(a[0].AsString.EndsWith(a[1].AsString, StringComparison.Ordinal) ? a[0].AsString[..^a[1].AsString.Length] : a[0].AsString));
        table.Add("replace", "str:string substr:string replace:string", Replace);
        table.Add("sanitize", "name:string", a => Value.String(Sanitize(a[0].AsString)));
        table.Add("basename", "path:string", a => Value.String(GoPath.Base(a[0].AsString)));
        table.Add("dirname", "path:string", a => Value.String(GoPath.Dir(a[0].AsString)));
        table.Add("semvercmp", "version:string constraint:string", a => Value.Bool(VersionConstraint.IsMet(a[0].AsString, a[1].AsString)));
        foreach ((string name, string parameters) in (IEnumerable<(string, string)>)[("byteslen", "buf:any"), ("bytesslice", "buf:any offset:number length:number")])
        {
            // Nothing in a bake file yields bytes.
            table.Add(name, parameters, _ => throw new FunctionException("bytes required", 0));
        }
    }

    /// <summary>The characters as a reader sees them.</summary>
    private static List<string> Characters(string text)
    {
        List<string> all = [];
        for (int i = 0; i < text.Length; i += all[^1].Length)
        {
            all.Add(StringInfo.GetNextTextElement(text, i));
        }

        return all;
    }

    private static string Title(string text)
    {
        StringBuilder result = new(text.Length);
        bool inWord = false;
        foreach (char c in text)
        {
            result.Append(inWord ? c : char.ToUpperInvariant(c));
            inWord = char.IsLetterOrDigit(c) || c == '_' || (c > 127 && !char.IsWhiteSpace(c));
        }

        return result.ToString();
    }

    private static Value Substring(Value[] a)
    {
        List<string> all = Characters(a[0].AsString);
        int offset = Whole(a[1]), length = Whole(a[2]);
        if (offset < 0)
        {
            offset = Math.Max(offset + all.Count, 0);
        }

        if (length == 0 || offset >= all.Count)
        {
            return Value.String("");
        }

        int count = length < 0 ? all.Count - offset : Math.Min(length, all.Count - offset);
        return Value.String(string.Concat(all.GetRange(offset, count)));
    }

    /// <summary>A whole number.</summary>
    public static int Whole(Value number) =>
        number.AsNumber.ToInt32() ?? throw new FunctionException("value must be a whole number, between -9223372036854775808 and 9223372036854775807");

    private static int Spaces(Value number) => Whole(number) is >= 0 and < 100_000 and int spaces ? spaces : throw new FunctionException("the number of spaces must not be negative", 0);

    private static Value Join(Value[] a)
    {
        if (a.Length == 1)
        {
            throw new FunctionException("at least one list is required");
        }

        List<string> pieces = [];
        for (int i = 1; i < a.Length; i++)
        {
            for (int j = 0; j < a[i].Count; j++)
            {
                pieces.Add(a[i].Items[j].IsNull
                    ? throw new FunctionException(a.Length > 2 ? $"element {j} of list {i} is null; cannot concatenate null values" : $"element {j} is null; cannot concatenate null values", i)
                    : a[i].Items[j].AsString);
            }
        }

        Limits.Checked(((long)pieces.Count * a[0].AsString.Length / 8) + pieces.Sum(piece => (long)piece.Length / 8));
        return Value.String(string.Join(a[0].AsString, pieces));
    }

    private static Value Split(Value[] a)
    {
        if (a[0].AsString.Length == 0)
        {
            return Value.List([.. a[1].AsString.EnumerateRunes().Select(rune => rune.ToString())]);
        }

        return Value.List(a[1].AsString.Split(a[0].AsString));
    }

    private static Value Sort(Value list)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (list.Items[i].IsNull)
            {
                throw new FunctionException($"given list element {i} is null; a null string cannot be sorted", 0);
            }
        }

        return Value.List(HclType.String, list.Items.OrderBy(item => item.AsString, StringComparer.Ordinal));
    }

    private static string Trim(string text, string set)
    {
        HashSet<Rune> cut = [.. set.EnumerateRunes()];
        List<Rune> runes = [.. text.EnumerateRunes()];
        int start = runes.FindIndex(rune => !cut.Contains(rune)), end = runes.FindLastIndex(rune => !cut.Contains(rune));
        return start < 0 ? "" : string.Concat(runes.GetRange(start, end - start + 1));
    }

    private static Value Replace(Value[] a)
    {
        string text = a[0].AsString, old = a[1].AsString, by = a[2].AsString;
        if (old.Length == 0)
        {
            List<string> runes = [.. text.EnumerateRunes().Select(rune => rune.ToString())];
            Limits.Checked((runes.Count + 1L) * by.Length / 8);
            return Value.String(by + string.Concat(runes.Select(rune => rune + by)));
        }

        Limits.Checked((long)text.Length / old.Length * by.Length / 8);
        return Value.String(text.Replace(old, by, StringComparison.Ordinal));
    }

    private static string Sanitize(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.IsAscii && (Rune.IsLetterOrDigit(rune) || rune.Value is '_' or '-') ? (char)rune.Value : '_'));
}
