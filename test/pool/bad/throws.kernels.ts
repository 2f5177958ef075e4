// A module of kernels that throws when it is imported.
throw new TypeError('the model file is missing');
export default {};
