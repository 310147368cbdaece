using System.Numerics;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>The functions that are also written as operators.</summary>
internal static class Operators
{
    public static readonly Function Or = Of("bool", (a, b) => Value.Bool(a.AsBool || b.AsBool));
    public static readonly Function And = Of("bool", (a, b) => Value.Bool(a.AsBool && b.AsBool));
    public static readonly Function Equal = Of("any", (a, b) => Value.Bool(AreEqual(a, b)));
    public static readonly Function NotEqual = Of("any", (a, b) => Value.Bool(!AreEqual(a, b)));
    public static readonly Function GreaterThan = Of("number", (a, b) => Value.Bool(a.AsNumber.CompareTo(b.AsNumber) > 0));
    public static readonly Function GreaterThanOrEqual = Of("number", (a, b) => Value.Bool(a.AsNumber.CompareTo(b.AsNumber) >= 0));
    public static readonly Function LessThan = Of("number", (a, b) => Value.Bool(a.AsNumber.CompareTo(b.AsNumber) < 0));
    public static readonly Function LessThanOrEqual = Of("number", (a, b) => Value.Bool(a.AsNumber.CompareTo(b.AsNumber) <= 0));
    public static readonly Function Add = Of("number", (a, b) => Value.Number(a.AsNumber + b.AsNumber));
    public static readonly Function Subtract = Of("number", (a, b) => Value.Number(a.AsNumber - b.AsNumber));
    public static readonly Function Multiply = Of("number", (a, b) => Value.Number(a.AsNumber * b.AsNumber));
    public static readonly Function Divide = Of("number", (a, b) => Value.Number(Quotient(a.AsNumber, b.AsNumber)));
    public static readonly Function Modulo = Of("number", (a, b) => Value.Number(Rest(a.AsNumber, b.AsNumber)));
    public static readonly Function Negate = new([new("num", HclType.Number)], null, (arguments, _) => Value.Number(-arguments[0].AsNumber));
    public static readonly Function Not = new([new("val", HclType.Bool)], null, (arguments, _) => Value.Bool(!arguments[0].AsBool));

    /// <summary>Whether two values are equal; an empty or primitive null is equal to any null.</summary>
    public static bool AreEqual(Value a, Value b) =>
        a.IsNull || b.IsNull ? a.IsNull && b.IsNull : ValueOrder.AreEqual(a, b);

    private static BigNumber Quotient(BigNumber a, BigNumber b) => b.Sign == 0
        ? throw new FunctionException(a.Sign == 0 ? "can't divide zero by zero or infinity by infinity" : "division by zero")
        : a / b;

    private static BigNumber Rest(BigNumber a, BigNumber b)
    {
        if (b.Sign == 0)
        {
            throw new FunctionException("can't use modulo with an infinite value or by zero");
        }

        BigInteger whole = (a / b).Truncate();
        return a - (b * BigNumber.Of(whole));
    }

    private static Function Of(string type, Func<Value, Value, Value> body)
    {
        HclType operand = type switch { "bool" => HclType.Bool, "number" => HclType.Number, _ => HclType.Dynamic };
        return new([new("a", operand, type == "any"), new("b", operand, type == "any")], null, (arguments, _) => body(arguments[0], arguments[1]));
    }
}
