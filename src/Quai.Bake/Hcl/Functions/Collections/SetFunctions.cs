using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Collections;

/// <summary>Functions of sets.</summary>
internal static class SetFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("sethaselement", "set:set elem:any", a => Value.Bool(Has(a[0].Items, Conversion.Convert(a[1], a[0].Type.Element, out _) ?? a[1])));
        table.Add("setunion", "first_set:set ...other_sets:set", a => Combine(a, (one, two) => one.Concat(two)));
        table.Add("setintersection", "first_set:set ...other_sets:set", a => Combine(a, (one, two) => one.Where(item => Has(two, item))));
        table.Add("setsubtract", "a:set b:set", a => Combine(a, (one, two) => one.Where(item => !Has(two, item))));
        table.Add("setsymmetricdifference", "first_set:set ...other_sets:set", a => Combine(a, (one, two) => one.Where(item => !Has(two, item)).Concat(two.Where(item => !Has(one, item)))));
        table.Add("setproduct", "...sets:any", Product);
    }

    private static bool Has(IReadOnlyList<Value> items, Value value) => items.Any(item => Operators.AreEqual(item, value));

    private static Value Combine(Value[] sets, Func<IReadOnlyList<Value>, IReadOnlyList<Value>, IEnumerable<Value>> combine)
    {
        HclType element = Unification.Unify(sets.Where(set => set.Count > 0 || set.Type.Element.Kind != TypeKind.Dynamic).Select(set => set.Type.Element))
            ?? throw new FunctionException("given sets must all have compatible element types");
        List<Value>[] converted = [.. sets.Select(set => set.Items.Select(item => Conversion.Convert(item, element, out string? wrong) ?? throw new FunctionException(wrong!)).ToList())];
        List<Value> result = converted[0];
        foreach (List<Value> other in converted.Skip(1))
        {
            result = [.. combine(result, other)];
        }

        return Value.Set(element, result);
    }

    private static Value Product(Value[] sets)
    {
        if (sets.Length < 2)
        {
            throw new FunctionException("at least two arguments are required");
        }

        long total = 1;
        for (int i = 0; i < sets.Length; i++)
        {
            if (!sets[i].Type.IsSequence)
            {
                throw new FunctionException("a set or a list is required", i);
            }

            total = Limits.Checked(total * sets[i].Count);
        }

        Limits.Checked(total * sets.Length);
        List<Value[]> rows = [[]];
        foreach (Value set in sets)
        {
            HclType element = Unification.Unify(set.Items.Select(item => item.Type)) ?? throw new FunctionException("all elements must be of the same type");
            Value[] items = [.. set.Items.Select(item => Conversion.Convert(item, element, out _) ?? item)];
            rows = [.. rows.SelectMany(row => items.Select(item => (Value[])[.. row, item]))];
        }

        IEnumerable<Value> tuples = rows.Select(Value.Tuple);
        HclType tuple = HclType.Tuple(rows.Count > 0 ? rows[0].Select(item => item.Type) : []);
        return sets.All(set => set.Type.Kind == TypeKind.Set) ? Value.Set(tuple, tuples) : Value.List(tuple, tuples);
    }
}
