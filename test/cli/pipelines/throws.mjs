throw new Error('The module fell over.');
