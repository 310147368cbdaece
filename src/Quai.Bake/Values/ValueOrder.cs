using System.Runtime.CompilerServices;

namespace Quai.Bake.Values;

/// <summary>The order in which sets list their elements, and what equal values are.</summary>
internal sealed class ValueOrder : IComparer<Value>
{
    public static readonly ValueOrder Instance = new();

    /// <summary>Whether two values have the same type and content.</summary>
    public static bool AreEqual(Value a, Value b) => (ReferenceEquals(a, b) || a.Type.Equals(b.Type)) && Instance.Compare(a, b) == 0;

    public int Compare(Value? x, Value? y)
    {
        if (ReferenceEquals(x, y))
        {
            return 0;
        }

        if (x is null || y is null || x.IsNull || y.IsNull)
        {
            // Nulls come last.
            return (x?.IsNull ?? true).CompareTo(y?.IsNull ?? true);
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (x.Type.Kind != y.Type.Kind || !x.IsKnown || !y.IsKnown)
        {
            return (x.IsKnown, x.Type.Kind).CompareTo((y.IsKnown, y.Type.Kind));
        }

        return x.Type.Kind switch
        {
            TypeKind.String => string.CompareOrdinal(x.AsString, y.AsString),
            TypeKind.Number => x.AsNumber.CompareTo(y.AsNumber),
            TypeKind.Bool => x.AsBool.CompareTo(y.AsBool),
            TypeKind.List or TypeKind.Set or TypeKind.Tuple => CompareItems(x.Items, y.Items),
            TypeKind.Map or TypeKind.Object => CompareMaps(x, y),
            _ => 0,
        };
    }

    private int CompareItems(IReadOnlyList<Value> x, IReadOnlyList<Value> y)
    {
        for (int i = 0; i < x.Count && i < y.Count; i++)
        {
            if (Compare(x[i], y[i]) is not 0 and int order)
            {
                return order;
            }
        }

        return x.Count.CompareTo(y.Count);
    }

    private int CompareMaps(Value x, Value y)
    {
        int order = CompareNames([.. x.AsMap.Keys], [.. y.AsMap.Keys]);
        return order != 0 ? order : CompareItems(x.Items, y.Items);
    }

    private static int CompareNames(string[] x, string[] y)
    {
        for (int i = 0; i < x.Length && i < y.Length; i++)
        {
            if (string.CompareOrdinal(x[i], y[i]) is not 0 and int order)
            {
                return order;
            }
        }

        return x.Length.CompareTo(y.Length);
    }
}
