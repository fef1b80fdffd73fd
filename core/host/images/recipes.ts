/** How the images that we make ourselves are made: from which packages, under which name. */

export interface Recipe {
  /** The image's name and the recipe's. */
  readonly name: string;
  readonly title: string;
  readonly kernelPackage: string;
  readonly busyboxPackage: string;
}

export const FLAVOURS = ['cloud', 'generic'] as const;
export type Flavour = (typeof FLAVOURS)[number];

export const RECIPES: Readonly<Record<Flavour, Recipe>> = {
  cloud: {
    name: 'default',
    title: "Debian's cloud kernel with busybox",
    kernelPackage: 'linux-image-cloud-amd64',
    busyboxPackage: 'busybox-static',
  },
  generic: {
    name: 'generic',
    title: "Debian's kernel for all computers with busybox",
    kernelPackage: 'linux-image-amd64',
    busyboxPackage: 'busybox-static',
  },
};

/** Counts up whenever what a recipe makes changes; images of an older edition are made again. */
const EDITION = 6;

/** As it stands in the image's description. */
export const recipeEdition = (recipe: Recipe): string => `${recipe.name} ${EDITION}`;

export const recipeNamed = (name: string): Recipe | undefined => Object.values(RECIPES).find((recipe) => recipe.name === name);
