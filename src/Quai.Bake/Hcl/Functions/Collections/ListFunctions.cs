using Quai.Bake.Hcl.Functions.Strings;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Collections;

/// <summary>Functions of lists, and of collections in general.</summary>
internal static class ListFunctions
{
    private const int MostOfRange = 1024;

    public static void AddTo(FunctionTable table)
    {
        table.Add("length", "collection:any", a => Value.Number(Countable(a[0]).Count));
        table.Add("hasindex", "collection:any key:any", a => Value.Bool(HasIndex(a[0], a[1])));
        table.Add("index", "collection:any key:any", a => Index(a[0], a[1]));
        table.Add("indexof", "list:any value:any", a => IndexOf(a[0], a[1]));
        table.Add("element", "list:any index:number", a => Element(a[0], a[1]));
        table.Add("contains", "list:any value:any?", a => Value.Bool(Sequence(a[0]).Items.Any(item => Operators.AreEqual(item, a[1]))));
        table.Add("concat", "...seqs:any", Concat);
        table.Add("coalesce", "...vals:any?", a => Coalesce(a));
        table.Add("coalescelist", "...vals:any?", a => a.FirstOrDefault(list => !list.IsNull && Sequence(list, "all arguments must be lists or tuples").Count > 0) ?? throw new FunctionException("no non-null arguments"));
        table.Add("compact", "list:strings", a => Value.List(HclType.String, a[0].Items.Where(item => !item.IsNull && item.AsString.Length > 0)));
        table.Add("distinct", "list:list", a => Value.List(a[0].Type.Element, Distinct(a[0].Items)));
        table.Add("chunklist", "list:list size:number", a => Chunks(a[0], a[1]));
        table.Add("flatten", "list:any", a => Value.Tuple(Flatten(Sequence(a[0], "can only flatten lists, sets and tuples").Items)));
        table.Add("reverselist", "list:any", a => Like(a[0], [.. Sequence(a[0], "can only reverse list or tuple values, not " + a[0].Type.FriendlyName, 0).Items.Reverse()]));
        table.Add("slice", "list:any start_index:number end_index:number", Slice);
        table.Add("range", "...params:number", Range);
    }

    /// <summary>A list or tuple, or a set.</summary>
    public static Value Sequence(Value value, string wrong = "argument must be list, tuple, or set", int? argument = null) => value.Type.IsSequence
        ? value
        : throw new FunctionException(wrong, argument);

    /// <summary>A list with these items, of the type of another.</summary>
    public static Value Like(Value list, IReadOnlyCollection<Value> items) =>
        list.Type.Kind == TypeKind.Tuple ? Value.Tuple(items) : Value.List(list.Type.Element, items);

    private static Value Countable(Value value) => value.Type.IsSequence || value.Type.Kind == TypeKind.Map
        ? value
        : throw new FunctionException("collection must be a list, a map or a tuple");

    private static bool HasIndex(Value collection, Value key)
    {
        if (collection.Type.Kind == TypeKind.Map)
        {
            return Conversion.ToText(key) is { } name && collection.AsMap.ContainsKey(name);
        }

        if (collection.Type.Kind is not (TypeKind.List or TypeKind.Tuple))
        {
            throw new FunctionException("collection must be a list, a map or a tuple");
        }

        return key.Type.Kind == TypeKind.Number && key.AsNumber.ToInt32() is { } index && index >= 0 && index < collection.Count;
    }

    private static Value Index(Value collection, Value key)
    {
        if (!HasIndex(collection, key))
        {
            throw new FunctionException(collection.Type.Kind == TypeKind.Map ? "the given key does not identify an element in this map" : $"key must be between 0 and {collection.Count} inclusive");
        }

        return collection.Type.IsMapping ? collection.AsMap[Conversion.ToText(key)!] : collection.Items[key.AsNumber.ToInt32()!.Value];
    }

    private static Value IndexOf(Value list, Value value)
    {
        if (list.Type.Kind is not (TypeKind.List or TypeKind.Tuple))
        {
            throw new FunctionException("argument must be a list or tuple");
        }

        if (list.Count == 0)
        {
            throw new FunctionException("cannot search an empty list");
        }

        for (int i = 0; i < list.Count; i++)
        {
            if (Operators.AreEqual(list.Items[i], value))
            {
                return Value.Number(i);
            }
        }

        throw new FunctionException("item not found");
    }

    private static Value Element(Value list, Value number)
    {
        if (list.Type.Kind is not (TypeKind.List or TypeKind.Tuple))
        {
            throw new FunctionException($"cannot read elements from {list.Type.FriendlyName}");
        }

        int index = number.AsNumber.ToInt32() ?? throw new FunctionException("invalid index: value must be a whole number, between -2147483648 and 2147483647 inclusive", 1);
        if (list.Count == 0)
        {
            throw new FunctionException("cannot use element function with an empty list");
        }

        int rest = index % list.Count;
        return list.Items[rest < 0 ? rest + list.Count : rest];
    }

    private static Value Concat(Value[] a)
    {
        if (a.Length == 0)
        {
            throw new FunctionException("at least one argument is required");
        }

        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].Type.Kind is not (TypeKind.List or TypeKind.Tuple))
            {
                throw new FunctionException("all arguments must be lists or tuples; got " + a[i].Type.FriendlyName, i);
            }
        }

        if (a.All(list => list.Type.Kind == TypeKind.List) && Unification.Unify(a.Select(list => list.Type.Element)) is { } element)
        {
            return Value.List(element, a.SelectMany(list => list.Items).Select(item => Conversion.Convert(item, element, out _) ?? item));
        }

        return Value.Tuple(a.SelectMany(list => list.Items));
    }

    private static Value Coalesce(Value[] a)
    {
        HclType type = Unification.Unify(a.Select(value => value.Type)) ?? throw new FunctionException("all arguments must have the same type");
        Value chosen = a.FirstOrDefault(value => !value.IsNull) ?? throw new FunctionException("no non-null arguments");
        return Conversion.Convert(chosen, type, out string? wrong) ?? throw new FunctionException(wrong!);
    }

    private static List<Value> Distinct(IReadOnlyList<Value> items)
    {
        SortedSet<Value> seen = new(ValueOrder.Instance);
        return [.. items.Where(seen.Add)];
    }

    private static Value Chunks(Value list, Value sizeValue)
    {
        int size = StringFunctions.Whole(sizeValue);
        if (size < 0)
        {
            throw new FunctionException("the size argument must be positive");
        }

        IEnumerable<Value> chunks = size == 0 ? [list] : list.Items.Chunk(size).Select(chunk => Value.List(list.Type.Element, chunk));
        return Value.List(list.Type, list.Count == 0 ? [] : chunks);
    }

    private static IEnumerable<Value> Flatten(IReadOnlyList<Value> items) =>
        items.SelectMany(item => !item.IsNull && item.Type.IsSequence ? Flatten(item.Items) : [item]);

    private static Value Slice(Value[] a)
    {
        if (a[0].Type.Kind is not (TypeKind.List or TypeKind.Tuple))
        {
            throw new FunctionException(a[0].Type.Kind == TypeKind.Set ? "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering of the result is not important" : "must be a list or tuple value", 0);
        }

        int start = StringFunctions.Whole(a[1]), end = StringFunctions.Whole(a[2]);
        if (start < 0)
        {
            throw new FunctionException("start index must not be less than zero", 1);
        }

        if (start > a[0].Count)
        {
            throw new FunctionException("start index must not be greater than the length of the list", 1);
        }

        if (end > a[0].Count || end < 0)
        {
            throw new FunctionException("end index must not be greater than the length of the list", 2);
        }

        if (start > end)
        {
            throw new FunctionException("start index must not be greater than end index", 1);
        }

        return Like(a[0], [.. a[0].Items.Skip(start).Take(end - start)]);
    }

    private static Value Range(Value[] a)
    {
        if (a.Length is 0 or > 3)
        {
            throw new FunctionException("must have one, two, or three arguments");
        }

        BigNumber start = a.Length == 1 ? BigNumber.Of(0) : a[0].AsNumber, end = a.Length == 1 ? a[0].AsNumber : a[1].AsNumber;
        BigNumber step = a.Length == 3 ? a[2].AsNumber : BigNumber.Of(end.CompareTo(start) < 0 ? -1 : 1);
        if (step.Sign != 0 && step.Sign != end.CompareTo(start) && end.CompareTo(start) != 0)
        {
            throw new FunctionException(step.Sign < 0 ? "end must be less than start when step is negative" : "end must be greater than start when step is positive", 1);
        }

        List<Value> items = [];
        for (BigNumber number = start; step.Sign >= 0 ? number.CompareTo(end) < 0 : number.CompareTo(end) > 0; number += step)
        {
            if (items.Count >= MostOfRange)
            {
                throw new FunctionException("more than 1024 values were generated; either decrease the difference between start and end or use a smaller step");
            }

            items.Add(Value.Number(number));
        }

        return Value.List(HclType.Number, items);
    }
}
