using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>Says why the two results of a conditional do not go together.</summary>
internal static class Mismatch
{
    /// <summary>One or two sentences.</summary>
    public static string Describe(HclType left, HclType right)
    {
        if (left.Kind == TypeKind.Object && right.Kind == TypeKind.Object)
        {
            foreach (string name in left.Attributes.Keys)
            {
                if (!right.Attributes.TryGetValue(name, out HclType? other))
                {
                    return $"The 'true' value includes object attribute \"{name}\", which is absent in the 'false' value.";
                }

                if (!left.Attributes[name].Equals(other) && Unification.Unify([left.Attributes[name], other]) is null)
                {
                    return $"Type mismatch for object attribute \"{name}\": {Describe(left.Attributes[name], other)}";
                }
            }

            if (right.Attributes.Keys.FirstOrDefault(name => !left.Attributes.ContainsKey(name)) is { } missing)
            {
                return $"The 'false' value includes object attribute \"{missing}\", which is absent in the 'true' value.";
            }
        }

        if (left.Kind == TypeKind.Tuple && right.Kind == TypeKind.Tuple)
        {
            if (left.Elements.Count != right.Elements.Count)
            {
                return $"The 'true' tuple has length {left.Elements.Count}, but the 'false' tuple has length {right.Elements.Count}.";
            }

            for (int i = 0; i < left.Elements.Count; i++)
            {
                if (Unification.Unify([left.Elements[i], right.Elements[i]]) is null)
                {
                    return $"Type mismatch for tuple element {i}: {Describe(left.Elements[i], right.Elements[i])}";
                }
            }
        }

        return $"The 'true' value is {left.FriendlyName}, but the 'false' value is {right.FriendlyName}.";
    }
}
