using System.Runtime.CompilerServices;

namespace Quai.Bake.Values;

/// <summary>The one type that values of several types can all be converted to.</summary>
internal static class Unification
{
    /// <summary>That type; null where there is none.</summary>
    public static HclType? Unify(IEnumerable<HclType> types)
    {
        HclType[] all = [.. types.Where(type => type.Kind != TypeKind.Dynamic)];
        if (all.Length == 0)
        {
            return HclType.Dynamic;
        }

        if (all.All(type => type.Equals(all[0])))
        {
            return all[0];
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (all.All(type => type.Kind == TypeKind.Object))
        {
            return UnifyObjects(all);
        }

        if (all.All(type => type.Kind == TypeKind.Tuple))
        {
            return UnifyTuples(all);
        }

        if (all.All(type => type.IsMapping))
        {
            return Unify(all.SelectMany(ElementsOf)) is { } element ? HclType.Map(element) : null;
        }

        if (all.All(type => type.IsSequence))
        {
            return Unify(all.SelectMany(ElementsOf)) is { } element ? all.Any(type => type.Kind == TypeKind.List) || all.All(type => type.Kind != TypeKind.Set) ? HclType.List(element) : HclType.Set(element) : null;
        }

        // A string is what all primitive values can become.
        return all.FirstOrDefault(candidate => all.All(type => type.Equals(candidate) || (candidate.Kind == TypeKind.String && type.IsPrimitive)));
    }

    private static HclType? UnifyObjects(HclType[] types)
    {
        bool same = types.All(type => type.Attributes.Keys.SequenceEqual(types[0].Attributes.Keys));
        if (!same)
        {
            return Unify(types.SelectMany(ElementsOf)) is { } element ? HclType.Map(element) : null;
        }

        List<KeyValuePair<string, HclType>> attributes = [];
        foreach (string name in types[0].Attributes.Keys)
        {
            if (Unify(types.Select(type => type.Attributes[name])) is not { } attribute)
            {
                return null;
            }

            attributes.Add(new(name, attribute));
        }

        return HclType.Object(attributes);
    }

    private static HclType? UnifyTuples(HclType[] types)
    {
        if (types.Any(type => type.Elements.Count != types[0].Elements.Count))
        {
            return Unify(types.SelectMany(ElementsOf)) is { } element ? HclType.List(element) : null;
        }

        List<HclType> elements = [];
        for (int i = 0; i < types[0].Elements.Count; i++)
        {
            if (Unify(types.Select(type => type.Elements[i])) is not { } element)
            {
                return null;
            }

            elements.Add(element);
        }

        return HclType.Tuple(elements);
    }

    private static IEnumerable<HclType> ElementsOf(HclType type) => type.Kind switch
    {
        TypeKind.Object => type.Attributes.Values,
        TypeKind.Tuple => type.Elements,
        _ => [type.Element],
    };
}
